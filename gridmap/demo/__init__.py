"""The demonstration city: real names where the division codes are public, everything else invented."""
