"""What the company costs per message, beside the LiteLLM proxy alone. Run by `make bench`; see README.md."""
