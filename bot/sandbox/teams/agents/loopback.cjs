// Keeps the Playground to this machine: whatever it listens on, it listens on loopback alone.
const net = require("node:net");

const HERE = "127.0.0.1";
const listen = net.Server.prototype.listen;

net.Server.prototype.listen = function listenHere(...given) {
  const told = given.find((one) => typeof one === "object" && one !== null);
  const port = typeof given[0] === "function" ? 0 : Number(given[0] ?? 0);
  const ready = given.filter((one) => typeof one === "function");
  return listen.call(this, { ...(told ?? { port }), host: HERE }, ...ready);
};
