"""What an agent may know a person by: the arms of Stateful SWE, made from a history each."""
