/** A TCP proxy that can fall silent: nothing is closed, nothing comes through, as when a firewall forgets a connection. */
import { connect, createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

export interface Proxy extends AsyncDisposable {
  readonly port: number;
  /** What is open now passes nothing on any more, for ever; what is opened later does, unless `all`. */
  silence(options?: { all?: boolean }): void;
  /** Ends what is open now, and until told otherwise what is opened later. */
  cut(options?: { all?: boolean }): void;
  /** What is opened from now on passes everything on. */
  mend(): void;
}

export async function startProxy(target: { host: string; port: number }): Promise<Proxy> {
  const pairs = new Set<[Socket, Socket]>();
  let silent = false;
  let refusing = false;
  const server = createServer((near) => {
    if (refusing) return void near.destroy();
    const far = connect(target);
    const pair: [Socket, Socket] = [near, far];
    pairs.add(pair);
    for (const [from, to] of [[near, far], [far, near]] as const) {
      from.on("error", () => to.destroy());
      from.on("close", () => {
        to.destroy();
        pairs.delete(pair);
      });
      if (!silent) from.pipe(to);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = ({ all = false } = {}) => {
    refusing = all;
    for (const pair of pairs) for (const socket of pair) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    silence: ({ all = false } = {}) => {
      silent = all;
      for (const pair of pairs) {
        for (const socket of pair) {
          socket.unpipe();
          // Whatever still arrives is read by nobody.
          socket.pause();
        }
      }
    },
    cut,
    mend: () => {
      silent = refusing = false;
    },
    [Symbol.asyncDispose]: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
