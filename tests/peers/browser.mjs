// The little of a browser that engine.io-client 1 and 3 ask for, so that the libraries' own code takes
// the ways it takes in one: an XMLHttpRequest that can receive bytes (without it the client asks for
// base64) and accepts gzip, and a document whose script and form elements fetch and post, for JSONP.

import { Agent, request } from "node:http";
import { gunzipSync } from "node:zlib";

const agent = new Agent({ keepAlive: true, maxSockets: 6 });

/** Fetches; calls back with (error, response, body as Buffer). */
function fetchBytes(method, url, headers, body, done) {
    const outgoing = request(url, { method, headers, agent }, (response) => {
        const parts = [];
        response.on("data", (part) => parts.push(part));
        response.on("end", () => {
            let bytes = Buffer.concat(parts);
            if (response.headers["content-encoding"] === "gzip") bytes = gunzipSync(bytes);
            done(null, response, bytes);
        });
        response.on("error", done);
    });
    outgoing.on("error", done);
    outgoing.end(body);
    return outgoing;
}

/** Ends the connections that are kept for further requests. */
export function closeBrowser() {
    agent.destroy();
}

class BrowserXhr {
    readyState = 0;
    status = 0;
    responseType = ""; // its presence says that bytes can be received
    responseText = "";
    response = null;
    onreadystatechange = () => {};
    #headers = { "Accept-Encoding": "gzip", "User-Agent": "a browser in a few lines" };
    #responseHeaders = {};

    open(method, url) {
        Object.assign(this, { method, url });
    }
    setRequestHeader(name, value) {
        this.#headers[name] = value;
    }
    getResponseHeader(name) {
        return this.#responseHeaders[name.toLowerCase()] ?? null;
    }
    send(data) {
        let body = data ?? undefined;
        if (body !== undefined && typeof body !== "string") body = Buffer.from(body);
        if (body !== undefined) this.#headers["Content-Length"] = Buffer.byteLength(body);
        this.outgoing = fetchBytes(this.method, this.url, this.#headers, body, (error, response, bytes) => {
            if (!error) {
                this.status = response.statusCode;
                this.#responseHeaders = response.headers;
                this.#move(2);
                if (this.responseType === "arraybuffer") {
                    this.response = bytes; // the libraries' parsers for Node want a Buffer
                } else {
                    this.response = this.responseText = bytes.toString("utf8");
                }
            }
            this.#move(4);
        });
    }
    abort() {
        this.outgoing?.destroy();
    }
    #move(state) {
        this.readyState = state;
        this.onreadystatechange();
    }
}

/** Puts BrowserXhr where the engine.io-client in this folder looks for xmlhttprequest-ssl. */
export function bringXhr(require) {
    const path = require.resolve("xmlhttprequest-ssl");
    require.cache[path] = { id: path, filename: path, loaded: true, exports: BrowserXhr };
}

class Element {
    children = [];
    style = {};

    constructor(name) {
        this.name_ = name;
    }
    setAttribute() {}
    appendChild(child) {
        this.children.push(child);
        child.parentNode = this;
        if (child.name_ === "script") child.#load();
    }
    insertBefore(child) {
        this.appendChild(child);
    }
    removeChild(child) {
        this.children = this.children.filter((other) => other !== child);
    }
    /** A form of one text area, as application/x-www-form-urlencoded. */
    submit() {
        const area = this.children.find((child) => child.name_ === "textarea");
        // As browsers do: line breaks become CRLF before they are encoded.
        const value = area.value.replace(/\r?\n/g, "\r\n");
        const body = new URLSearchParams([[area.name, value]]).toString();
        const headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Content-Length": Buffer.byteLength(body),
        };
        fetchBytes("POST", this.action, headers, body, () => {
            this.children.find((child) => child.name_ === "iframe")?.onload?.();
        });
    }
    #load() {
        fetchBytes("GET", this.src, {}, undefined, (error, response, bytes) => {
            if (error || response.statusCode !== 200) return this.onerror?.(error);
            (0, eval)(bytes.toString("utf8"));
        });
    }
}

/** Makes the global document that JSONP polling writes its elements into. */
export function bringDocument() {
    globalThis.document = {
        head: new Element("head"),
        body: new Element("body"),
        createElement: (name) => new Element(name.startsWith("<iframe") ? "iframe" : name),
        getElementsByTagName: () => [],
    };
}
