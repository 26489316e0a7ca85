"""Run on Windows, real or Wine's, and nowhere else; see test_windows_under_wine.py beside this folder."""
