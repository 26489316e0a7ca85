; The installer for one person, without administrator rights. Built by packaging/windows/setup.py, which defines
; SOURCE, TARGET, VERSION, NUMBERS, SIZE, ICON, COMMENT and PUBLISHER, and SMALL for a release.
Unicode true
Target amd64-unicode
!include MUI2.nsh
!include FileFunc.nsh
!include LogicLib.nsh
!insertmacro GetParameters
!insertmacro GetOptions
!define ENTRY "Software\Microsoft\Windows\CurrentVersion\Uninstall\Dotlocal"

Name "Dotlocal"
OutFile "${TARGET}"
InstallDir "$LOCALAPPDATA\Programs\Dotlocal"
RequestExecutionLevel user
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
LangString DATA ${LANG_ENGLISH} "My settings, history and authority, with its keys"
LangString DATA ${LANG_GERMAN} "Meine Einstellungen, mein Verlauf und meine CA mit ihren Schlüsseln"

; A program that runs keeps its own file from being written.
!macro RefuseWhileRunning
  ${If} ${FileExists} "$INSTDIR\dotlocal-gui.exe"
    ClearErrors
    FileOpen $0 "$INSTDIR\dotlocal-gui.exe" a
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
  !insertmacro RefuseWhileRunning
  RMDir /r "$INSTDIR\_internal" ; the files of the version before; never the folder, which may be a chosen one
  SetOutPath "$INSTDIR"
  File /r "${SOURCE}/*"
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
  !insertmacro RefuseWhileRunning
  Delete "$SMPROGRAMS\Dotlocal.lnk"
  DeleteRegKey HKCU "${ENTRY}"
  RMDir /r "$INSTDIR\_internal"
  Delete "$INSTDIR\dotlocal.exe"
  Delete "$INSTDIR\dotlocal-gui.exe"
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
