"""What perfwrap costs and how exact it is, beside its peers. Run by scripts/bench."""
