"""Events become figures."""
