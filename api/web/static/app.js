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
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { form.removeAttribute("data-sent"); });
    var problem = document.getElementById("problem");
    if (problem) { problem.focus(); }
  });
})();
