-- The server runs this once, as its superuser, when its volume is still empty. The bot's role owns
-- its database and is no superuser, so that row security separates the workspaces (docs/health.md).
\getenv password ATTUNE_PASSWORD
CREATE ROLE attune LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'password';
CREATE DATABASE attune OWNER attune;
REVOKE CONNECT ON DATABASE attune FROM PUBLIC;
