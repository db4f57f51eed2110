// The pages work without this. It sends a form once however often it is clicked, adds up as one types, and looks at the problem first.
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
  document.addEventListener("input", addUp);
  addUp();
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { form.removeAttribute("data-sent"); });
    var problem = document.getElementById("problem");
    if (problem) { problem.focus(); }
  });
})();
