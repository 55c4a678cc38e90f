// What the peers of the loads say: JSON as applications send it, with words, names, numbers and ids that
// vary, so that it compresses about as real traffic does. The same seed gives the same texts.

const words = ("account active address after alarm amount answer arrived balance before bench blue board brief "
    + "cancelled carrier channel charge city client closed confirmed copper corner costs country created customer "
    + "daily delayed delivery desk device discount dispatched door early east email empty engine entry error "
    + "expected failed field filled final first floor found garden glass green group handed harbour height hello "
    + "holding house idle inbox invoice island item kitchen label lamp large late letter light limit line list "
    + "load local machine market measured member message meter middle missing moved name near newest next north "
    + "number offer office open order owner packet page paid paper parcel partner payment pending person phone "
    + "piece place player please point position price printed quarter queue quick rain range ready reason received "
    + "red refund region rejected remote report request river road room round route sales sent sensor service "
    + "shelf shipped short signal silver sold some south speed spring stage station status steel stock stone stop "
    + "street summer supply table team tested thanks ticket today tomorrow total tower train transfer truck "
    + "update upper user value visit waiting warehouse water week weight west white window winter with yellow "
    + "Grüße naïve café Zürich São München señor").split(" ");
const symbols = ["ADL", "BKR", "CTX", "DVN", "ELM", "FRG", "GNT", "HLX", "IRN", "JPT", "KVR", "LMN", "MRS", "NVT",
    "OPL", "PRX", "QDN", "RSV", "STL", "TRN", "UVX", "VLT", "WRN", "XLR", "YRK", "ZNT"];

export class Texts {
    #state;
    #count = 0;

    constructor(seed) {
        this.#state = (seed * 2654435761 + 12345) >>> 0;
    }
    /** A whole number from 0 up to, but not, `below`. */
    number(below) {
        // Marsaglia's xorshift with 32 bits.
        let x = this.#state || 1;
        x ^= x << 13;
        x ^= x >>> 17;
        x ^= x << 5;
        this.#state = x >>> 0;
        return this.#state % below;
    }
    word() {
        return words[this.number(words.length)];
    }
    sentence(length) {
        let said = this.word();
        for (let i = 1; i < length; ++i) said += ` ${this.word()}`;
        return said;
    }
    id() {
        return this.number(0xffffffff).toString(16).padStart(8, "0") + this.number(0xffff).toString(16).padStart(4, "0");
    }
    price() {
        return (this.number(90_000) + 10_000) / 100;
    }
    quote() {
        return {
            symbol: symbols[this.number(symbols.length)], bid: this.price(), ask: this.price(),
            volume: this.number(5000), at: 1_700_000_000_000 + ++this.#count * 37 + this.number(30),
        };
    }
    order() {
        return {
            id: this.id(), customer: { name: `${this.word()} ${this.word()}`, number: this.number(100_000) },
            items: Array.from({ length: 1 + this.number(3) }, () => (
                { article: this.word(), count: 1 + this.number(20), price: this.price() })),
            paid: this.number(2) === 1, note: this.number(4) ? null : this.sentence(4),
        };
    }
    /** A short text: about 60 to 150 bytes. */
    short() {
        switch (this.number(4)) {
            case 0: return `{"type":"said","room":"${this.word()}","id":"${this.id()}","text":"${this.sentence(2 + this.number(9))}"}`;
            case 1: return `{"type":"moved","id":${this.number(1_000_000)},"x":${this.price()},"y":${this.price()},"speed":${this.number(300) / 10},"status":"${this.word()}","sequence":${++this.#count}}`;
            default: return `{"type":"quote",${JSON.stringify(this.quote()).slice(1)}`;
        }
    }
    /** A text of 50 to 75 bytes, of which many fit into a segment. */
    tiny() {
        return `{"s":"${symbols[this.number(symbols.length)]}","n":${++this.#count},"p":${this.price()},"v":${this.number(5000)},"w":"${this.word()}"}`;
    }
    /** A text of about 100 to 400 bytes. */
    long() {
        return this.number(3) ? JSON.stringify({ type: "order", order: this.order() })
            : JSON.stringify({ type: "quotes", quotes: [this.quote(), this.quote()] });
    }
    /** So many bytes of such texts, one behind the other. */
    bytes(size) {
        const into = Buffer.alloc(size);
        for (let at = 0; at < size;) at += into.write(this.long() + "\n", at, "latin1");
        return into;
    }
}
