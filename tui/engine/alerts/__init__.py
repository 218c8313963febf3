"""Rules over the snapshot, the states they lead to, and the messages about them."""
