"""`make bench`: speed, memory and accuracy as ratios in one run, beside their goals and peers."""
