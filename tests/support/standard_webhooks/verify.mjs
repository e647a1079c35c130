// Reads {"secret", "headers", "body"} from standard input and fails unless the headers are a valid signature of the body.
import { Webhook } from "standardwebhooks";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { secret, headers, body } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
new Webhook(secret).verify(body, headers);
