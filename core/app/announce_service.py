"""Announce a service from this computer for as long as wanted."""

from core.discovery.announce import Announced, Announcer, Wanted, txt_entries

__all__ = ["Announced", "Announcer", "Wanted", "txt_entries"]
