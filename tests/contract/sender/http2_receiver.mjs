// http2_receiver.mjs CERTIFICATE KEY REQUESTS: answers HTTP/2 over TLS, and nothing else. Prints its port, then for each request
// the version of HTTP and the webhook's id, and ends when it has had them all and the connections are closed.
import { readFileSync } from "node:fs";
import { createSecureServer } from "node:http2";

const [certificate, key, requests] = process.argv.slice(2);
let left = Number(requests);
const server = createSecureServer({ cert: readFileSync(certificate), key: readFileSync(key), allowHTTP1: false });
server.on("request", (request, response) => {
  request.resume();
  request.on("end", () => {
    console.log(`${request.httpVersion} ${request.headers["webhook-id"]}`);
    response.end();
    if (--left === 0) server.close();
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
setTimeout(() => process.exit(1), 60_000).unref();
