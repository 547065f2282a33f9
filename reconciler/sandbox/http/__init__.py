"""The pretend service over HTTP: admission, faults, tokens, the hidden door."""
