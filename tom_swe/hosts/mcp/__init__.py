"""Any agent that speaks MCP: the tools of `tom mcp`, which show and forget and never learn."""
