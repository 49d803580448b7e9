"""What columns, words and dates of somebody else's file mean. Guesses are shown, and only certain ones are used."""
