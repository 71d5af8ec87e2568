"""Where claims meet evidence: statuses are computed here and nowhere stored."""
