"""Whether taught rules compile to checks, and whether these find the breaches of later days."""
