// The pages work without this. It sends a form once however often it is clicked, adds up and searches as one types, and looks at the problem first.
(function () {
  "use strict";
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.hasAttribute("data-once")) { return; }
    if (form.getAttribute("data-sent")) { event.preventDefault(); return; }
    form.setAttribute("data-sent", "yes");
    window.setTimeout(function () { form.removeAttribute("data-sent"); }, 5000);
  });
  // The sum of a table's amounts, in fen, as one types. What cannot be read is left out; the server says so.
  function fen(text) {
    var plain = text.replace(/[,，\s￥¥]/g, "").replace(/[０-９]/g, function (d) { return String.fromCharCode(d.charCodeAt(0) - 65248); });
    var parts = /^(\d{1,12})(?:\.(\d{1,2}))?$/.exec(plain);
    return parts ? parseInt(parts[1], 10) * 100 + parseInt(((parts[2] || "") + "00").slice(0, 2), 10) : 0;
  }
  function grouped(sum) {
    return String(Math.floor(sum / 100)).replace(/\B(?=(\d{3})+$)/g, ",") + "." + ("0" + sum % 100).slice(-2);
  }
  function addUp() {
    document.querySelectorAll("p[data-sum]").forEach(function (place) {
      var sum = 0, any = false;
      place.parentNode.querySelectorAll("input.money").forEach(function (input) {
        if (/\.amount$/.test(input.name) && input.value) { sum += fen(input.value); any = true; }
      });
      place.textContent = any ? place.getAttribute("data-sum") + " " + grouped(sum) : "";
    });
  }
  // What is typed into a list's search narrows the rows at hand at once; the form looks through all of them.
  function narrow(event) {
    var box = event.target, form = box.form;
    if (!form || !form.classList.contains("filter") || !/^(q|search)$/.test(box.name)) { return; }
    var typed = box.value.trim().toLowerCase(), asked = typed !== box.defaultValue.trim().toLowerCase(), shown = 0;
    var rows = document.querySelectorAll("main .scroll tbody tr"), note = form.querySelector("[data-shown]");
    rows.forEach(function (row) {
      row.hidden = asked && row.textContent.toLowerCase().indexOf(typed) < 0;
      if (!row.hidden) { shown++; }
    });
    note.textContent = asked ? note.getAttribute("data-shown").replace("{0}", shown).replace("{1}", rows.length) : "";
  }
  // What the books say of a form as far as it is typed: what is available, which invoice is used already. Saving asks again.
  var asking = 0, asked = 0;
  function ask(form) {
    var own = ++asked, typed = new URLSearchParams();
    new FormData(form).forEach(function (value, name) {
      if (typeof value === "string" && value && name !== "key") { typed.append(name, value); }
    });
    window.fetch(form.getAttribute("data-said") + "?" + typed.toString(), { credentials: "same-origin" }).then(function (answer) { return answer.ok ? answer.json() : {}; }).then(function (said) {
      if (own !== asked) { return; }
      form.querySelectorAll("p[data-beside]").forEach(function (place) { place.parentNode.removeChild(place); });
      Object.keys(said).forEach(function (name) {
        var field = form.elements.namedItem(name), place = document.createElement("p");
        if (!field || !field.parentNode) { return; }
        place.setAttribute("data-beside", name);
        place.setAttribute("role", "status");
        place.className = said[name].wrong ? "wrong" : "help";
        place.textContent = said[name].text;
        field.parentNode.appendChild(place);
      });
    }).catch(function () { return null; }); // without an answer the form is as it was
  }
  function askSoon(event) {
    var form = event.target.form;
    if (!form || !form.hasAttribute("data-said")) { return; }
    window.clearTimeout(asking);
    asking = window.setTimeout(ask, 300, form);
  }
  document.addEventListener("input", askSoon);
  document.addEventListener("change", askSoon);
  document.querySelectorAll("form[data-said]").forEach(ask);
  document.addEventListener("input", narrow);
  document.addEventListener("input", addUp);
  addUp();
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { form.removeAttribute("data-sent"); });
    var problem = document.getElementById("problem");
    if (problem) { problem.focus(); }
  });
})();
