// Made by scripts/embed-dashboard from Dashboard/dom.js; change that.
extension DashboardFile {
    static let domJS = DashboardFile(
        "dom.js",
        #"""
        // Small helpers for the page. Whatever comes from an alert becomes text here and never markup.

        export const byId = (id) => document.getElementById(id);

        /** An element with attributes and children; strings among them become text. */
        export function el(name, attributes = {}, ...children) {
          const made = document.createElement(name);
          for (const [key, value] of Object.entries(attributes)) {
            if (value === undefined || value === null || value === false) continue;
            if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
            else made.setAttribute(key, value === true ? "" : String(value));
          }
          made.append(...children.flat().filter((child) => child !== null && child !== undefined).map(asNode));
          return made;
        }

        const asNode = (child) => (child instanceof Node ? child : document.createTextNode(String(child)));

        /** An element of a drawing. */
        export function svg(name, attributes = {}, ...children) {
          const made = document.createElementNS("http://www.w3.org/2000/svg", name);
          for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
          made.append(...children.map(asNode));
          return made;
        }

        /** A table whose rows stay the same elements while their keys do, so that the focus is not lost when it changes. */
        export class Table {
          /** `page`: how many rows are shown at once; the others are a button away. `load`: gets those that are not here yet. */
          constructor(place, label, columns, page = Infinity, load = null) {
            this.columns = columns;
            this.page = page;
            this.load = load;
            this.limit = page;
            this.more = el("button", { type: "button", class: "plain", hidden: true, onclick: () => this.showMore() });
            this.rows = new Map();
            this.body = el("tbody", { role: "rowgroup" });
            const heads = columns.map((column) =>
              el("th", { scope: "col", role: "columnheader", class: column.class }, column.name));
            // On a phone the rows are laid out as blocks: the roles tell what they still are.
            this.table = el("table", { class: "stacks", role: "table", "aria-label": label },
              el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, heads)), this.body);
            this.empty = el("p", { class: "note" }, "There are none.");
            place.replaceChildren(this.table, this.empty, this.more);
          }

          async showMore() {
            const first = this.limit;
            this.limit += this.page;
            if (this.load) await this.load();
            else this.show(this.items);
            // Where the new rows begin, as the button may be gone.
            this.body.children[first]?.querySelector("button")?.focus();
          }

          /** `all`: [key, version, cells], of `total`; a row is made again only where its version has changed. */
          show(all, emptyText, total = all.length) {
            this.items = all;
            const items = all.slice(0, this.limit);
            this.more.hidden = items.length >= total;
            this.more.textContent = `Show more of ${count(total)}`;
            const keys = new Set(items.map((item) => item[0]));
            const isFirst = this.rows.size === 0;
            for (const [key, row] of this.rows) {
              if (keys.has(key)) continue;
              row.element.remove();
              this.rows.delete(key);
            }
            let next = this.body.firstChild;
            for (const [key, version, cells] of items) {
              let row = this.rows.get(key);
              if (!row) {
                row = { element: el("tr", { role: "row", class: isFirst ? null : "fresh" }), version: null };
                this.rows.set(key, row);
              }
              if (row.version !== version) {
                this.fill(row.element, cells());
                row.version = version;
              }
              if (row.element === next) next = next.nextSibling;
              else this.body.insertBefore(row.element, next);
            }
            this.table.hidden = items.length === 0;
            this.empty.hidden = items.length > 0;
            if (emptyText) this.empty.textContent = emptyText;
          }

          fill(element, cells) {
            // Whoever is at a button of the row stays at the one in its place.
            const buttons = () => [...element.querySelectorAll("button")];
            const place = buttons().indexOf(document.activeElement);
            element.replaceChildren(...cells.map((cell, index) => el("td",
              { role: "cell", "data-label": this.columns[index].name, class: this.columns[index].class },
              el("div", { class: "cell" }, cell))));
            if (place >= 0) buttons()[place]?.focus();
          }
        }

        /** A button that asks once more before it does something for good. */
        export function carefulButton(text, question, action) {
          const button = el("button", { type: "button", class: "danger" }, text);
          let isAsking = false;
          const calm = () => {
            isAsking = false;
            button.textContent = text;
          };
          // Not at once: the text's change would move what is being clicked on beside it.
          button.addEventListener("blur", () => setTimeout(calm, 500));
          button.addEventListener("click", () => {
            if (isAsking) {
              calm();
              action(button);
            } else {
              isAsking = true;
              button.textContent = question;
            }
          });
          return button;
        }

        /** `1 try`, `2 tries`. */
        export const plural = (amount, one, many) => `${count(amount)} ${amount === 1 ? one : many}`;

        const number = new Intl.NumberFormat("en");
        export const count = (value) => number.format(value ?? 0);

        /** A time of the service as this machine's clocks show it. */
        export function time(text) {
          if (!text) return "";
          const at = new Date(text);
          const isToday = at.toDateString() === new Date().toDateString();
          const clock = at.toLocaleTimeString("en-GB");
          return el("time", { datetime: text, title: text }, isToday ? clock : `${at.toLocaleDateString("en-CA")} ${clock}`);
        }

        /** Says what has come of something, also to screen readers. */
        export function say(text, isError = false) {
          const said = byId("said");
          said.classList.toggle("error", isError);
          said.textContent = text;
        }

        """#)
}
