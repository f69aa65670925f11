"""UserVille: people with preferences on how to be asked, and agents among them.

After Sun et al., "Training Proactive and Personalized LLM Agents" (arXiv 2511.02208).
"""
