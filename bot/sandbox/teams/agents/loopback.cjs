// Restricts every server of this process to the loopback interface, whatever address it requests.
const net = require("node:net");

const LOOPBACK_HOST = "127.0.0.1";
const originalListen = net.Server.prototype.listen;

net.Server.prototype.listen = function listenOnLoopback(...listenArguments) {
  const options = listenArguments.find((value) => typeof value === "object" && value !== null);
  const [first] = listenArguments;
  const port = typeof first === "function" ? 0 : Number(first ?? 0);
  const callbacks = listenArguments.filter((value) => typeof value === "function");
  return originalListen.call(this, { ...(options ?? { port }), host: LOOPBACK_HOST }, ...callbacks);
};
