"""Speed and memory, as ratios beside a limit measured in the same run. See README.md."""
