// <filiera-passport src="https://node…/01/…" lang="it">: a garment's passport on a brand's own site.
//
// The passport is drawn and verified by its own page in a frame, so the brand's site can neither read nor change it, and its
// address stands above it for all to see. The frame may run scripts of its own origin and open links; nothing else.

const HEIGHT = 'filiera-height';
const FIRST_HEIGHT = 640;
const LANGUAGES = new Set(['it', 'en']);

class FilieraPassport extends HTMLElement {
  static readonly observedAttributes = ['src', 'lang'];
  private readonly frame = document.createElement('iframe');
  private readonly from = document.createElement('small');

  constructor() {
    super();
    this.frame.setAttribute('sandbox', 'allow-scripts allow-same-origin allow-popups allow-downloads');
    this.frame.setAttribute('referrerpolicy', 'no-referrer');
    this.frame.setAttribute('loading', 'lazy');
    this.frame.style.cssText = `display:block;width:100%;border:0;height:${FIRST_HEIGHT}px`;
    this.attachShadow({ mode: 'closed' }).append(this.from, this.frame);
  }

  connectedCallback(): void {
    addEventListener('message', this.resize);
    this.show();
  }

  disconnectedCallback(): void {
    removeEventListener('message', this.resize);
  }

  attributeChangedCallback(): void {
    if (this.isConnected) this.show();
  }

  private show(): void {
    const address = addressOf(this.getAttribute('src'));
    if (!address) {
      this.from.textContent = 'filiera-passport: src';
      this.frame.removeAttribute('src');
      return;
    }
    const language = this.getAttribute('lang') ?? document.documentElement.lang.slice(0, 2);
    if (LANGUAGES.has(language)) address.searchParams.set('lang', language);
    this.from.textContent = address.host;
    this.frame.title = `${language === 'en' ? 'Passport' : 'Passaporto'} · ${address.host}`;
    if (this.frame.src !== address.href) this.frame.src = address.href;
  }

  /** Only the very frame says how high it is, and only a number counts. */
  private readonly resize = (event: MessageEvent<unknown>): void => {
    if (event.source !== this.frame.contentWindow || typeof event.data !== 'object' || event.data === null) return;
    const height = (event.data as Record<string, unknown>)[HEIGHT];
    if (typeof height === 'number' && height > 0 && height < 100_000) this.frame.style.height = `${Math.ceil(height)}px`;
  };
}

function addressOf(src: string | null): URL | null {
  try {
    const address = new URL(src ?? '', document.baseURI);
    return /^https?:$/.test(address.protocol) ? address : null;
  } catch {
    return null;
  }
}

customElements.define('filiera-passport', FilieraPassport);
