// http2_goaway_receiver.mjs CERTIFICATE KEY: answers HTTP/2 over TLS, but the second request on its first connection: that one
// it sends away, as a server does that is restarted, and closes the connection. Prints its port, then for each request that it
// answers the webhook's id, and ends after the third.
import { readFileSync } from "node:fs";
import { constants, createSecureServer } from "node:http2";

const [certificate, key] = process.argv.slice(2);
let requests = 0;
const server = createSecureServer({ cert: readFileSync(certificate), key: readFileSync(key), allowHTTP1: false });
server.on("session", (session) => session.on("error", () => {}));
server.on("stream", (stream, headers) => {
  stream.on("error", () => {});
  if (++requests === 2) {
    const session = stream.session;
    session.goaway(constants.NGHTTP2_NO_ERROR, stream.id - 2);
    setTimeout(() => session.socket.destroySoon?.() ?? session.destroy(), 20);
    return;
  }
  stream.resume();
  stream.on("end", () => {
    console.log(headers["webhook-id"]);
    stream.respond({ ":status": 200 });
    stream.end();
    if (requests === 3) server.close();
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
setTimeout(() => process.exit(1), 60_000).unref();
