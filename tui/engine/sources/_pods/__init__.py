"""Logs of pods, as kubectl tells them."""
