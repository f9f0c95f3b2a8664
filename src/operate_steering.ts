/** What do the commands do that steer a running program, and what do they print? */
import { type App } from "./app.ts";
import { ianaZone } from "./calendar.ts";
import { lookOf, type Machine } from "./machine.ts";
import { Refused } from "./refused.ts";
import { tellReleased } from "./release.ts";
import { narrow, widen } from "./selection.ts";
import { asJson } from "./terminal/json.ts";
import type { SteeringCommand } from "./terminal/steering.ts";
import { renderLaunches, renderPreview, renderQuarantine, renderSchedule } from "./terminal/steering_tables.ts";
import { renderPlan } from "./terminal/tables.ts";

/** So many rows of a list. */
const ROWS = 50;

/** Who gives commands here: `ann (terminal)`. */
export function operatorOf(machine: Pick<Machine, "environment">): string {
  const { USER, LOGNAME, USERNAME } = machine.environment().values;
  return `${USER ?? LOGNAME ?? USERNAME ?? "somebody"} (terminal)`;
}

/** Carries out one command. @returns what to print @throws Refused */
export async function steer(
  command: SteeringCommand,
  { app, machine }: { app: App; machine: Machine },
): Promise<string> {
  const by = operatorOf(machine);
  const look = lookOf(machine);
  switch (command.name) {
    case "launch":
    case "launches":
    case "withdraw":
      return await steerLaunches(command, { app, by, look });
    case "cancel": {
      const { owner } = await app.steer.cancel(by, command.runId, command);
      return `Run ${command.runId} is asked to end; ${owner} obeys when it next renews its lease, within seconds\n`;
    }
    case "forget":
      await app.steer.forget(by, command.runId);
      return `Run ${command.runId} is forgotten; its bars and its requests stay\n`;
    case "release": {
      if (command.id === null) {
        const rows = await app.steer.quarantine({ limit: ROWS });
        return command.json ? asJson(rows) : renderQuarantine(rows, look);
      }
      return `${tellReleased(await app.steer.release(by, { id: command.id, choice: command.choice }))}\n`;
    }
    default:
      return await steerSchedule(command, { app, machine, by });
  }
}

type LaunchCommand = Extract<SteeringCommand, { name: "launch" | "launches" | "withdraw" }>;

async function steerLaunches(
  command: LaunchCommand,
  { app, by, look }: { app: App; by: string; look: ReturnType<typeof lookOf> },
): Promise<string> {
  if (command.name === "launches") {
    const launches = await app.steer.launches({ limit: ROWS });
    return command.json ? asJson(launches) : renderLaunches(launches, look);
  }
  if (command.name === "withdraw") {
    await app.steer.withdraw(by, command.launchId);
    return `Launch ${command.launchId} is withdrawn\n`;
  }
  const { selection, of, force, note } = command;
  const series = of === undefined
    ? widen(app.config.series, selection)
    : narrow(await app.steer.seriesAgain(of.runId, of.again), selection);
  if ("message" in series) throw new Refused("invalid", series.message);
  const { id, state, reason } = await app.steer.launch(by, { ...series, of, force, note });
  return `Launch ${id} of ${series.series.length} series is ${state}${reason === null ? "" : `, it ${reason}`}\n`;
}

type ScheduleCommand = Exclude<SteeringCommand, LaunchCommand | { name: "cancel" | "forget" | "release" }>;

async function steerSchedule(
  command: ScheduleCommand,
  { app, machine, by }: { app: App; machine: Machine; by: string },
): Promise<string> {
  const look = { ...lookOf(machine), exchangeZone: ianaZone("US/Eastern") };
  switch (command.name) {
    case "pause":
      return renderSchedule(await app.steer.pause(by), look);
    case "resume":
      return renderSchedule(await app.steer.resume(by, command), look);
    case "schedule": {
      const view = await app.steer.schedule();
      return command.json ? asJson(view) : renderSchedule(view, look);
    }
    case "schedule set":
      if (command.preview) return `${renderPreview(await app.steer.preview(command.change), look).join("\n")}\n`;
      return renderSchedule(await app.steer.setSchedule(by, command.change), look);
    case "schedule reset":
      return renderSchedule(await app.steer.resetSchedule(by), look);
    case "schedule test": {
      const { next: [next] } = await app.steer.schedule({ ticks: 1, history: 1 });
      const found = await app.steer.testTick(command.at ?? next!);
      if (command.json) return asJson(found);
      const when = new Date(found.at).toISOString();
      const tick = found.isTick ? `The tick of ${when}` : `${when} is no tick of the schedule; one then`;
      const would = found.skipped === null
        ? "would run, with what is stored today:"
        : `would be skipped: ${found.skipped}. Else:`;
      return `${tick} ${would}\n\n${renderPlan(found.plan, look)}`;
    }
  }
}
