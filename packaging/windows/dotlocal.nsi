; The installer for one person, without administrator rights. Built by packaging/windows/setup.py, which defines
; SOURCE, TARGET, VERSION, NUMBERS, SIZE, ICON, COMMENT and PUBLISHER, SMALL for a release, PYTHON and SIGNER where it is signed.
Unicode true
Target amd64-unicode
ManifestDPIAware true
!include MUI2.nsh
!include FileFunc.nsh
!include LogicLib.nsh
!insertmacro GetParameters
!insertmacro GetOptions
!define ENTRY "Software\Microsoft\Windows\CurrentVersion\Uninstall\Dotlocal"

Name "Dotlocal"
OutFile "${TARGET}"
InstallDir "$LOCALAPPDATA\Programs\Dotlocal"
InstallDirRegKey HKCU "${ENTRY}" InstallLocation
RequestExecutionLevel user
!ifdef SIGNER
  !uninstfinalize '"${PYTHON}" "${SIGNER}" "%1"' = 0
!endif
!ifdef SMALL
  SetCompressor /SOLID lzma
!else
  SetCompressor zlib ; four times as fast to build, a third larger: for trials
!endif
BrandingText "${COMMENT}"
VIProductVersion "${NUMBERS}"
VIAddVersionKey ProductName "Dotlocal"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey FileDescription "Dotlocal Setup"
VIAddVersionKey CompanyName "${PUBLISHER}"
VIAddVersionKey LegalCopyright "${PUBLISHER}"
!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_FINISHPAGE_RUN "$INSTDIR\dotlocal-gui.exe"
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_COMPONENTS
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "German"

LangString RUNNING ${LANG_ENGLISH} "Dotlocal is running. Close it, then try again."
LangString RUNNING ${LANG_GERMAN} "Dotlocal läuft noch. Bitte beenden und noch einmal versuchen."
LangString FOREVERYBODY ${LANG_ENGLISH} "Dotlocal is installed on this computer for everybody. Whoever looks after it keeps it up to date."
LangString FOREVERYBODY ${LANG_GERMAN} "Dotlocal ist auf diesem Computer für alle installiert. Wer ihn betreut, hält es aktuell."
LangString NOTWRITTEN ${LANG_ENGLISH} "Some files could not be written. Dotlocal is not installed as it should be."
LangString NOTWRITTEN ${LANG_GERMAN} "Einige Dateien ließen sich nicht schreiben. Dotlocal ist nicht richtig installiert."
LangString DATA ${LANG_ENGLISH} "My settings, history and authority, with its keys"
LangString DATA ${LANG_GERMAN} "Meine Einstellungen, mein Verlauf und meine CA mit ihren Schlüsseln"

; Two copies would share a person's data, and which of them starts would be chance.
Function .onInit
  SetRegView 64
  ClearErrors
  ReadRegDWORD $0 HKLM "SOFTWARE\Dotlocal\Installer" "Path" ; the MSI writes it
  ${IfNot} ${Errors}
    MessageBox MB_OK|MB_ICONEXCLAMATION "$(FOREVERYBODY)" /SD IDOK
    SetErrorLevel 6
    Quit
  ${EndIf}
FunctionEnd

; A program that runs keeps its own file from being written.
!macro RefuseWhileRunning PROGRAM
  ${If} ${FileExists} "$INSTDIR\${PROGRAM}"
    ClearErrors
    FileOpen $0 "$INSTDIR\${PROGRAM}" a
    ${If} ${Errors}
      MessageBox MB_OK|MB_ICONEXCLAMATION "$(RUNNING)" /SD IDOK
      SetErrorLevel 4
      Quit
    ${EndIf}
    FileClose $0
  ${EndIf}
!macroend

Section "Dotlocal"
  SetShellVarContext current
  !insertmacro RefuseWhileRunning "dotlocal-gui.exe"
  !insertmacro RefuseWhileRunning "dotlocal.exe"
  ${If} ${FileExists} "$INSTDIR\dotlocal-gui.exe"
    RMDir /r "$INSTDIR\_internal" ; the files of the version before; another program's folder of that name stays
  ${EndIf}
  ClearErrors
  SetOutPath "$INSTDIR"
  SetOverwrite try ; what cannot be written is told below, by no dialog
  File /r "${SOURCE}/*"
  ${If} ${Errors}
    MessageBox MB_OK|MB_ICONSTOP "$(NOTWRITTEN)" /SD IDOK
    SetErrorLevel 5
    Quit
  ${EndIf}
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\Dotlocal.lnk" "$INSTDIR\dotlocal-gui.exe"
  WriteRegStr HKCU "${ENTRY}" DisplayName "Dotlocal"
  WriteRegStr HKCU "${ENTRY}" DisplayVersion "${VERSION}"
  WriteRegStr HKCU "${ENTRY}" DisplayIcon "$INSTDIR\dotlocal-gui.exe"
  WriteRegStr HKCU "${ENTRY}" Publisher "${PUBLISHER}"
  WriteRegStr HKCU "${ENTRY}" Comments "${COMMENT}"
  WriteRegStr HKCU "${ENTRY}" InstallLocation "$INSTDIR"
  WriteRegStr HKCU "${ENTRY}" UninstallString '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${ENTRY}" QuietUninstallString '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${ENTRY}" NoModify 1
  WriteRegDWORD HKCU "${ENTRY}" NoRepair 1
  WriteRegDWORD HKCU "${ENTRY}" EstimatedSize ${SIZE}
SectionEnd

Section "un.Dotlocal"
  SectionIn RO
  SetShellVarContext current
  !insertmacro RefuseWhileRunning "dotlocal-gui.exe"
  !insertmacro RefuseWhileRunning "dotlocal.exe"
  ClearErrors
  RMDir /r "$INSTDIR\_internal"
  Delete "$INSTDIR\dotlocal.exe"
  Delete "$INSTDIR\dotlocal-gui.exe"
  ${If} ${Errors} ; the entry stays, so that it can be tried again
    MessageBox MB_OK|MB_ICONSTOP "$(RUNNING)" /SD IDOK
    SetErrorLevel 4
    Quit
  ${EndIf}
  Delete "$SMPROGRAMS\Dotlocal.lnk"
  DeleteRegKey HKCU "${ENTRY}"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  RMDir "$LOCALAPPDATA\Programs" ; only where it is empty
SectionEnd

Section /o "un.$(DATA)" REMOVE_DATA
  RMDir /r "$LOCALAPPDATA\Dotlocal"
SectionEnd

; uninstall.exe /S /REMOVEUSERDATA=1 takes the data too.
Function un.onInit
  ${GetParameters} $R0
  ClearErrors
  ${GetOptions} $R0 "/REMOVEUSERDATA=" $R1
  IfErrors done
  StrCmp $R1 "1" 0 done
  SectionSetFlags ${REMOVE_DATA} 1
done:
FunctionEnd
