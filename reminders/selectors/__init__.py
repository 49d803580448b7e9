"""Reads of the reminders room: who can be told, which plans speak on a day, what the pages show."""
