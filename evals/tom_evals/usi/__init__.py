"""The User-Sim Index: how much a simulated user talks, fares and judges as people do."""
