// Draws a survey with the form library and hands out answers as the server reads them:
// {question: value}, of several choices a list, of a choice of one's own "other:" and its text.
// See ../../README.md.
"use strict";

(() => {
  const OTHER = "other";
  // the server compares choices letter by letter
  Survey.settings.comparator.caseSensitive = true;
  Survey.settings.comparator.trimStrings = false;

  // a branch on a choice, as surveyjs.py writes it: chosen({question}, '=value', ...)
  Survey.FunctionFactory.Instance.register("chosen", ([given, ...wanted]) => (
    [].concat(given ?? []).some((one) => wanted.includes(`=${one}`))
  ));
  // two icons carry style attributes, which our content security policy forbids
  const icons = Survey.SvgRegistry.icons;
  Object.keys(icons).forEach((name) => {
    icons[name] = icons[name].replace(/ style="[^"]*"/g, "");
  });

  function answersOf(survey) {
    const answers = {};
    survey.getAllQuestions().forEach((question) => {
      if (!question.isVisible || question.isEmpty()) return;
      const value = question.value;
      const named = (one) => (question.showOtherItem && one === OTHER ? ownWords(question) : one);
      const answer = Array.isArray(value) ? value.map(named).filter(Boolean) : named(value);
      if (answer !== "" && !(Array.isArray(answer) && !answer.length)) answers[question.name] = answer;
    });
    return answers;
  }

  function ownWords(question) {
    const text = (question.comment || "").trim();
    return text && `${OTHER}:${text}`;
  }

  function placeOf(survey) {
    return survey.currentPage ? Number(survey.currentPage.name.slice(4)) - 1 : 0;
  }

  function filledIn(survey, answers) {
    const data = {};
    Object.entries(answers || {}).forEach(([name, answer]) => {
      const given = Array.isArray(answer) ? answer : [answer];
      const own = given.find((one) => typeof one === "string" && one.startsWith(`${OTHER}:`));
      const question = survey.getQuestionByName(name);
      if (own === undefined || !question || !question.showOtherItem) {
        data[name] = answer;
        return;
      }
      data[name] = Array.isArray(answer) ? answer.map((one) => (one === own ? OTHER : one)) : OTHER;
      data[`${name}${Survey.settings.commentSuffix}`] = own.slice(OTHER.length + 1);
    });
    return data;
  }

  // hooks.onPage(answers, {page, last}): when a page's answers are complete, before the next one;
  //   may return a promise of {question: sentence} for answers that may not stay, or fail with an
  //   Error whose message is shown. With last, it is the hand-in. Pages count from 0, hidden ones too.
  // hooks.onComplete(answers): after the last page was taken.
  // hooks.onChange(answers): after every change. hooks.startPage: the page to begin with.
  function BansoSurvey(element, model, answers, hooks = {}) {
    const survey = new Survey.Model(model);
    survey.data = filledIn(survey, answers);
    if (hooks.startPage) survey.currentPage = survey.getPageByName(`page${hooks.startPage + 1}`);
    if (hooks.onPage) {
      survey.onServerValidateQuestions.add((_, options) => {
        const place = { page: placeOf(survey), last: survey.isLastPage };
        const first = survey.currentPage.questions.find((question) => question.isVisible);
        Promise.resolve()
          .then(() => hooks.onPage(answersOf(survey), place))
          .then((faults) => Object.assign(options.errors, faults || {}))
          .catch((fault) => { options.errors[first.name] = fault.message; })
          .then(() => options.complete());
      });
    }
    if (hooks.onComplete) survey.onComplete.add(() => hooks.onComplete(answersOf(survey)));
    if (hooks.onChange) survey.onValueChanged.add(() => hooks.onChange(answersOf(survey)));
    element.classList.add("banso-survey");
    survey.render(element);
    return { survey, answers: () => answersOf(survey), page: () => placeOf(survey) };
  }

  window.BansoSurvey = BansoSurvey;
})();
