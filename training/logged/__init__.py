"""What is known of shoppers after the fact: decisions, outcomes, and which order belongs to which decision."""
