"""Studies of the program as a whole: does it find faults, and what does it cost."""
