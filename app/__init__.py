"""Gangway: connect a business's accounting system to Monite, and keep what is sent honest."""
