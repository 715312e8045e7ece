"""What is at stake: formal models."""
