"""Which panels stand together, and the state of the view."""
