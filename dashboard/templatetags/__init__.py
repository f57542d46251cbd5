"""Formatting for templates: numbers, ages, times and plurals."""
