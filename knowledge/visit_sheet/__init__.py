"""The visit sheet: what a person takes to the specialist, and nothing that they did not choose.

- `choices.SheetChoices`: what they chose, kept by conversation and gone with it.
- `discussed.discussed`: the trials and the fit check that the chat has shown.
- `build.build`: both, the trials' records and the content as a typed `sheet.Sheet`.
- `html`, `pdf`, `fhir`: the sheet to print, to save, and for a patient portal.
- `sheets.VisitSheets`: all of it, for one conversation.
"""
