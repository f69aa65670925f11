// Has tom brief opencode's sessions, keep their rules, and learn from them.
// Made by `tom plugin install opencode`; `tom plugin uninstall opencode` takes it away.
import { spawn } from "node:child_process"

const HOOK = "tom-hook"
const MILLISECONDS = 5000

// What the hook says to an event. Whatever goes wrong, it says nothing and opencode goes on.
function asked(event, about) {
  return new Promise((resolve) => {
    const said = []
    const nothing = () => resolve({})
    try {
      const hook = spawn(HOOK, [event, "opencode"], {
        stdio: ["pipe", "pipe", "ignore"],
        timeout: MILLISECONDS,
      })
      hook.on("error", nothing)
      hook.stdin.on("error", () => {})
      hook.stdout.on("data", (data) => said.push(data))
      hook.on("close", () => {
        try {
          resolve(JSON.parse(Buffer.concat(said).toString() || "{}"))
        } catch {
          nothing()
        }
      })
      hook.stdin.end(JSON.stringify(about))
    } catch {
      nothing()
    }
  })
}

const words = (parts) =>
  parts.filter((part) => part.type === "text" && !part.synthetic).map((part) => part.text)

export const Tom = async ({ client, directory }) => {
  const reminders = new Map()
  const sentBack = new Set()
  const children = new Set()
  return {
    "chat.message": async (input, output) => {
      if (children.has(input.sessionID)) return
      const prompt = words(output.parts).join("\n")
      const about = { session_id: input.sessionID, cwd: directory, prompt }
      const { context } = await asked("UserPromptSubmit", about)
      if (!context) return
      const id = `prt_${Date.now().toString(16)}${Math.random().toString(36).slice(2, 14)}`
      const { id: messageID, sessionID } = output.message
      output.parts.push({ id, messageID, sessionID, type: "text", text: context, synthetic: true })
    },
    "tool.execute.before": async (input, output) => {
      const about = { session_id: input.sessionID, cwd: directory }
      const call = { ...about, tool_name: input.tool, tool_input: output.args }
      const { context, decision, reason } = await asked("PreToolUse", call)
      if (decision === "deny") throw new Error(reason)
      if (context) reminders.set(input.callID, context)
    },
    "tool.execute.after": async (input, output) => {
      const reminder = reminders.get(input.callID)
      if (!reminder) return
      reminders.delete(input.callID)
      output.output = `${output.output ?? ""}\n\n${reminder}`
    },
    event: async ({ event }) => {
      const sessionID = event.properties?.sessionID ?? event.properties?.info?.id
      if (!sessionID) return
      const about = { session_id: sessionID, cwd: directory }
      if (event.type === "session.created" && event.properties.info?.parentID) {
        children.add(sessionID)
      } else if (children.has(sessionID)) {
        return
      } else if (event.type === "session.compacted") {
        await asked("SessionStart", { ...about, source: "compact" })
      } else if (event.type === "session.deleted") {
        await asked("SessionEnd", about)
      } else if (event.type === "session.idle") {
        const again = sentBack.delete(sessionID)
        const { decision, reason } = await asked("Stop", { ...about, stop_hook_active: again })
        if (decision !== "again") return
        sentBack.add(sessionID)
        const parts = [{ type: "text", text: reason, synthetic: true }]
        await client.session.promptAsync({ path: { id: sessionID }, body: { parts } })
      }
    },
  }
}
