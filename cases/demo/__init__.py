"""Two weeks of invented casework: storylines, laid out in time, played through the same doors that people use."""
