"""Banso (伴走): customer success with evidence."""
