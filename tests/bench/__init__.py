"""How fast it is, as ratios within one run or against a limit that is stated: `make bench`."""
