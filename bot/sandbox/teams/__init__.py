"""The sandbox for Teams: the sample tenant and a client, Microsoft's Agents Playground."""
