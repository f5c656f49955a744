"""The sandbox for Teams: the tenant and Microsoft's Agents Playground."""
