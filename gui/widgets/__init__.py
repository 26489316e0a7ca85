"""Building blocks a person sees."""
