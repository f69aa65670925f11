"""PPP: training an agent to be productive, proactive and personal on UserVille.

The method is of *Training Proactive and Personalized LLM Agents* (Sun et al., arXiv 2511.02208).
"""
