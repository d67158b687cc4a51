declare module "node:http" {
  export interface IncomingMessage extends AsyncIterable<Uint8Array> {
    readonly method?: string;
    readonly url?: string;
  }
  export interface ServerResponse {
    writeHead(status: number, headers?: Record<string, string>): this;
    end(text?: string): this;
  }
  export interface Server {
    listen(port: number, host: string): this;
    readonly listening: boolean;
    address(): { readonly port: number } | string | null;
    close(): this;
    closeIdleConnections(): void;
  }
  export function createServer(listener: (request: IncomingMessage, response: ServerResponse) => void): Server;
}

declare module "node:events" {
  export function once(emitter: object, event: string): Promise<unknown[]>;
}
