"""A second opinion on what a message means, from a language model, where the operator has set one up."""
