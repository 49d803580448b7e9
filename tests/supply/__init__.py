"""What we install from others: known weaknesses, and a list of it all with licences."""
