// A model of the test's own: it answers OpenCode's requests with a call of "write", one of "bash", and a text.
import { createServer } from "node:http";

const calls = [
  ["write", { filePath: "/workspace/answer.txt", content: "written by the agent\n" }],
  ["bash", { command: "tr a-z A-Z <answer.txt >upper.txt", description: "Upper-case the answer" }],
];

function chunk(delta, finish = null) {
  const usage = finish ? { usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } } : {};
  const choices = [{ index: 0, delta, finish_reason: finish }];
  return `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices, ...usage })}\n\n`;
}

function answer({ tools, messages }) {
  if (!tools) return chunk({ role: "assistant", content: "A title" }) + chunk({}, "stop");
  const done = messages.filter((each) => each.role === "tool").length;
  if (done >= calls.length) return chunk({ role: "assistant", content: "Done." }) + chunk({}, "stop");
  const [name, input] = calls[done];
  const call = { index: 0, id: `call_${done}`, type: "function", function: { name, arguments: JSON.stringify(input) } };
  return chunk({ role: "assistant", tool_calls: [call] }) + chunk({}, "tool_calls");
}

const server = createServer(async (request, response) => {
  let body = "";
  for await (const each of request) body += each;
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.end(answer(JSON.parse(body || "{}")) + "data: [DONE]\n\n");
});
server.listen(Number(process.argv[2]), "127.0.0.1", () => console.log("listening"));
