import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What the network does to connections: nothing, refuses, slows, or swallows what is sent. */
export type Weather = 'fair' | 'drop' | 'delay' | 'blackhole';

const DELAY_MS = 300;

/** Stands between services and does to their connections what a bad network does. */
export class TcpProxy {
  weather: Weather = 'fair';
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Gives the port that a new connection goes to. */
  readonly #target: () => number;

  constructor(target: () => number) {
    this.#target = target;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** What changes meets the connections that are open, too. */
  change(weather: Weather): void {
    this.weather = weather;
    if (weather === 'drop') for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(client: Socket): void {
    this.#track(client);
    if (this.weather === 'drop') {
      client.resetAndDestroy();
      return;
    }
    const upstream = this.#track(connect(this.#target(), '127.0.0.1'));
    this.#pass(client, upstream);
    this.#pass(upstream, client);
  }

  #track(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    return socket;
  }

  #pass(from: Socket, to: Socket): void {
    from.on('data', (chunk) => {
      if (this.weather === 'blackhole') return;
      if (this.weather === 'delay') setTimeout(() => to.write(chunk), DELAY_MS);
      else to.write(chunk);
    });
    from.on('end', () => to.end());
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
    to.on('error', () => from.destroy());
  }
}
