"""Any agent that speaks MCP: the tools of `tom mcp`. None of them makes a belief of its own."""
